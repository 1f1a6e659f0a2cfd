<?php

namespace MwloginTest;

use MediaWiki\Auth\AbstractPrimaryAuthenticationProvider;
use MediaWiki\Auth\AuthenticationRequest;
use MediaWiki\Auth\AuthenticationResponse;
use MediaWiki\Auth\AuthManager;
use StatusValue;

/** What all third parties share: accounts elsewhere that belong to users here, or to nobody yet. */
abstract class ThirdParty extends AbstractPrimaryAuthenticationProvider {
	/** What this provider's accounts begin with, e.g. "partner:". */
	protected const PREFIX = '';

	/**
	 * @param string $account proved to be owned by whoever logs in
	 * @return AuthenticationResponse PASS as its user, or as nobody: then the wiki makes RESTART of it
	 */
	protected function pass( string $account ): AuthenticationResponse {
		$response = AuthenticationResponse::newPass( Links::userOf( $account ) );
		if ( $response->username === null ) {
			$response->createRequest = new LinkRequest( $account );
			$response->linkRequest = new LinkRequest( $account );
		}
		return $response;
	}

	/**
	 * @param AuthenticationRequest|null $req
	 * @return bool
	 */
	protected function isOurs( $req ) {
		return $req instanceof LinkRequest && str_starts_with( $req->account, static::PREFIX );
	}

	/**
	 * @param string $action
	 * @param array $options
	 * @return LinkRequest[] the accounts a user may give up
	 */
	protected function removable( string $action, array $options ): array {
		if ( $action !== AuthManager::ACTION_REMOVE && $action !== AuthManager::ACTION_UNLINK ) {
			return [];
		}
		return array_map(
			static fn ( $account ) => new LinkRequest( $account ),
			Links::accountsOf( $options['username'] ?? '', static::PREFIX )
		);
	}

	/** @inheritDoc */
	public function testUserExists( $username, $flags = \User::READ_NORMAL ) {
		return false;
	}

	/** @inheritDoc */
	public function testUserCanAuthenticate( $username ) {
		return (bool)Links::accountsOf( $username, static::PREFIX );
	}

	/** @inheritDoc */
	public function providerAllowsAuthenticationDataChange( AuthenticationRequest $req, $checkData = true ) {
		return StatusValue::newGood( $this->isOurs( $req ) ? null : 'ignored' );
	}

	/** @inheritDoc */
	public function providerChangeAuthenticationData( AuthenticationRequest $req ) {
		if ( $this->isOurs( $req ) ) {
			$gone = in_array( $req->action, [ AuthManager::ACTION_REMOVE, AuthManager::ACTION_UNLINK ], true );
			Links::set( $req->account, $gone ? null : $req->username );
		}
	}

	/** @inheritDoc */
	public function accountCreationType() {
		return self::TYPE_LINK;
	}

	/** @inheritDoc */
	public function beginPrimaryAccountCreation( $user, $creator, array $reqs ) {
		foreach ( $reqs as $req ) {
			if ( $this->isOurs( $req ) ) {
				$response = AuthenticationResponse::newPass();
				$response->linkRequest = $req;
				return $response;
			}
		}
		return AuthenticationResponse::newAbstain();
	}

	/** @inheritDoc */
	public function finishAccountCreation( $user, $creator, AuthenticationResponse $response ) {
		if ( $this->isOurs( $response->linkRequest ) ) {
			Links::set( $response->linkRequest->account, $user->getName() );
		}
		return null;
	}
}
