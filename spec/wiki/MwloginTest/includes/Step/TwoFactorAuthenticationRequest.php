<?php

namespace MwloginTest\Step;

use MwloginTest\Request;

class TwoFactorAuthenticationRequest extends Request {
	/** @inheritDoc */
	public function getFieldInfo() {
		return [
			'code' => self::field( 'string', 'Code', 'Two-factor authentication code' ),
		];
	}
}
