<?php

namespace Strangers;

use MediaWiki\Auth\AbstractSecondaryAuthenticationProvider;
use MediaWiki\Auth\AuthenticationRequest;
use MediaWiki\Auth\AuthenticationResponse;
use RawMessage;

/** A step after the password. */
abstract class Step extends AbstractSecondaryAuthenticationProvider {
	/** @inheritDoc */
	public function getAuthenticationRequests( $action, array $options ) {
		return [];
	}

	/** @inheritDoc */
	public function beginSecondaryAccountCreation( $user, $creator, array $reqs ) {
		return AuthenticationResponse::newAbstain();
	}

	protected function ask( AuthenticationRequest $request, string $words, bool $again = false ) {
		return AuthenticationResponse::newUI( [ $request ], new RawMessage( $words ), $again ? 'error' : 'warning' );
	}

	protected function recall( string $name ) {
		return $this->manager->getAuthenticationSessionData( static::class . $name );
	}

	protected function remember( string $name, $value ) {
		$this->manager->setAuthenticationSessionData( static::class . $name, $value );
	}
}
