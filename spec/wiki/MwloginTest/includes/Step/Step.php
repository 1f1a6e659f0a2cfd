<?php

namespace MwloginTest\Step;

use MediaWiki\Auth\AbstractSecondaryAuthenticationProvider;
use MediaWiki\Auth\AuthenticationRequest;
use MediaWiki\Auth\AuthenticationResponse;

/** A step after the password: asks until it is satisfied. Creating an account is not its business. */
abstract class Step extends AbstractSecondaryAuthenticationProvider {
	/** @inheritDoc */
	public function getAuthenticationRequests( $action, array $options ) {
		return [];
	}

	/** @inheritDoc */
	public function beginSecondaryAccountCreation( $user, $creator, array $reqs ) {
		return AuthenticationResponse::newAbstain();
	}

	/**
	 * @param AuthenticationRequest[] $reqs
	 * @param string $class
	 * @return AuthenticationRequest|null
	 */
	protected function answered( array $reqs, string $class ) {
		return AuthenticationRequest::getRequestByClass( $reqs, $class );
	}

	/**
	 * @param AuthenticationRequest|AuthenticationRequest[] $requests
	 * @param string $key of the message
	 * @param mixed ...$params
	 * @return AuthenticationResponse the question
	 */
	protected function ask( $requests, string $key, ...$params ) {
		$requests = is_array( $requests ) ? $requests : [ $requests ];
		return AuthenticationResponse::newUI( $requests, wfMessage( $key, ...$params ) );
	}

	/**
	 * @param AuthenticationRequest|AuthenticationRequest[] $requests
	 * @param string $key of the message
	 * @return AuthenticationResponse the question again, after a wrong answer
	 */
	protected function askAgain( $requests, string $key ) {
		$requests = is_array( $requests ) ? $requests : [ $requests ];
		return AuthenticationResponse::newUI( $requests, wfMessage( $key ), 'error' );
	}

	/**
	 * @param string $name
	 * @return mixed what this login remembers under that name
	 */
	protected function recall( string $name ) {
		return $this->manager->getAuthenticationSessionData( static::class . $name );
	}

	/**
	 * @param string $name
	 * @param mixed $value
	 */
	protected function remember( string $name, $value ) {
		$this->manager->setAuthenticationSessionData( static::class . $name, $value );
	}
}
