<?php

namespace Strangers;

use MediaWiki\Auth\AbstractPrimaryAuthenticationProvider;
use MediaWiki\Auth\AuthManager;
use MediaWiki\Auth\AuthenticationRequest;
use MediaWiki\Auth\AuthenticationResponse;
use StatusValue;

/** Another way to log in than by password: with the card 40312, which is Alice's. */
class Library extends AbstractPrimaryAuthenticationProvider {
	/** @inheritDoc */
	public function getAuthenticationRequests( $action, array $options ) {
		return $action === AuthManager::ACTION_LOGIN ? [ new TicketQuestion ] : [];
	}

	/** @inheritDoc */
	public function beginPrimaryAuthentication( array $reqs ) {
		$req = AuthenticationRequest::getRequestByClass( $reqs, TicketQuestion::class );
		if ( !$req ) {
			return AuthenticationResponse::newAbstain();
		}
		$good = $req->cardNumber === '40312' && (int)$req->cardCheck === 98 - 40312 % 97;
		return $good ? AuthenticationResponse::newPass( 'Alice' )
			: AuthenticationResponse::newFail( new \RawMessage( 'This is no card of ours.' ) );
	}

	/** @inheritDoc */
	public function testUserExists( $username, $flags = \User::READ_NORMAL ) {
		return false;
	}

	/** @inheritDoc */
	public function providerAllowsAuthenticationDataChange( AuthenticationRequest $req, $checkData = true ) {
		return StatusValue::newGood( 'ignored' );
	}

	/** @inheritDoc */
	public function providerChangeAuthenticationData( AuthenticationRequest $req ) {
	}

	/** @inheritDoc */
	public function accountCreationType() {
		return self::TYPE_NONE;
	}

	/** @inheritDoc */
	public function beginPrimaryAccountCreation( $user, $creator, array $reqs ) {
		return AuthenticationResponse::newAbstain();
	}
}
