<?php

namespace MwloginTest\OpenId;

use MwloginTest\Request;
use RawMessage;

class OpenIdConnectResponseAuthenticationRequest extends Request {
	private $providerName;

	/**
	 * @param string $providerName
	 */
	public function __construct( string $providerName ) {
		$this->providerName = $providerName;
	}

	/** @inheritDoc */
	public function getFieldInfo() {
		return [
			'code' => self::field( 'string', 'Code of the return', 'As the provider gave it.' ),
			'state' => self::field( 'string', 'State of the return', 'As it came back.' ),
		];
	}

	/** @inheritDoc */
	public function describeCredentials() {
		return [
			'provider' => new RawMessage( 'OpenID Connect at $1', [ $this->providerName ] ),
			'account' => new RawMessage( '' ),
		];
	}
}
