<?php

namespace MwloginTest\OpenId;

use MwloginTest\Request;

class OpenIdAuthenticationRequest extends Request {
	/** @inheritDoc */
	public function getFieldInfo() {
		$names = array_keys( Exchange::providers() );
		return [
			'openIdProvider' => self::field( 'select', 'OpenID provider', 'Where your account is.', [
				'options' => self::options( array_combine( $names, $names ) ),
			] ),
			'useOpenId' => self::field( 'button', 'Log in with OpenID', 'Takes you to the provider.' ),
		];
	}
}
