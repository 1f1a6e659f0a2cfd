<?php

namespace MwloginTest\OpenId;

use MediaWiki\Auth\ButtonAuthenticationRequest;
use RawMessage;

/** A button that begins a login elsewhere, named as PluggableAuth names its own. */
class BeginAuthenticationRequest extends ButtonAuthenticationRequest {
	/**
	 * @param int $number
	 * @param string $label
	 */
	public function __construct( int $number, string $label ) {
		parent::__construct(
			"pluggableauthlogin$number", new RawMessage( '$1', [ $label ] ), new RawMessage( 'Takes you elsewhere.' ), true
		);
	}
}
