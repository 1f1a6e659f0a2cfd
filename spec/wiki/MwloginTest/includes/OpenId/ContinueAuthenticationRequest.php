<?php

namespace MwloginTest\OpenId;

use MediaWiki\Auth\AuthenticationRequest;

/** Has no fields and counts as sent all the same. */
class ContinueAuthenticationRequest extends AuthenticationRequest {
	/** @inheritDoc */
	public function getFieldInfo() {
		return [];
	}

	/** @inheritDoc */
	public function loadFromSubmission( array $data ) {
		return true;
	}
}
