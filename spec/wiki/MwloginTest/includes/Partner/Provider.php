<?php

namespace MwloginTest\Partner;

use MediaWiki\Auth\AuthenticationRequest;
use MediaWiki\Auth\AuthenticationResponse;
use MediaWiki\Auth\AuthManager;
use MwloginTest\LinkRequest;
use MwloginTest\Links;
use MwloginTest\ThirdParty;

/**
 * A second primary provider beside the password: accounts at a partner site. "alice" belongs to
 * Alice, "stranger" and "newcomer" to nobody (RESTART), "lapsed" fails but may sign up again,
 * "broken" makes the provider throw. The secret is the name with "-at-partner".
 */
class Provider extends ThirdParty {
	protected const PREFIX = 'partner:';
	private const NAMES = [ 'alice', 'bob', 'stranger', 'newcomer', 'lapsed', 'broken' ];

	/** @inheritDoc */
	public function getAuthenticationRequests( $action, array $options ) {
		$asks = [ AuthManager::ACTION_LOGIN, AuthManager::ACTION_CREATE, AuthManager::ACTION_LINK ];
		return in_array( $action, $asks, true )
			? [ new PartnerAuthenticationRequest ] : $this->removable( $action, $options );
	}

	/** @inheritDoc */
	public function beginPrimaryAuthentication( array $reqs ) {
		$req = AuthenticationRequest::getRequestByClass( $reqs, PartnerAuthenticationRequest::class );
		if ( !$req ) {
			return AuthenticationResponse::newAbstain();
		}
		if ( !$this->knows( $req ) ) {
			return AuthenticationResponse::newFail( wfMessage( 'mwlogintest-partner-wrong' ) );
		}
		if ( $req->partnerName === 'broken' ) {
			throw new \RuntimeException( 'The provider broke, as it was meant to.' );
		}
		if ( $req->partnerName === 'lapsed' ) {
			$response = AuthenticationResponse::newFail( wfMessage( 'mwlogintest-partner-lapsed' ) );
			$response->createRequest = new LinkRequest( self::PREFIX . 'lapsed' );
			return $response;
		}
		return $this->pass( self::PREFIX . $req->partnerName );
	}

	/** @inheritDoc */
	public function beginPrimaryAccountCreation( $user, $creator, array $reqs ) {
		$req = AuthenticationRequest::getRequestByClass( $reqs, PartnerAuthenticationRequest::class );
		if ( $req && !$this->knows( $req ) ) {
			return AuthenticationResponse::newFail( wfMessage( 'mwlogintest-partner-wrong' ) );
		}
		$proved = $req ? [ new LinkRequest( self::PREFIX . $req->partnerName ) ] : [];
		return parent::beginPrimaryAccountCreation( $user, $creator, array_merge( $proved, $reqs ) );
	}

	/** @inheritDoc */
	public function beginPrimaryAccountLink( $user, array $reqs ) {
		$req = AuthenticationRequest::getRequestByClass( $reqs, PartnerAuthenticationRequest::class );
		if ( !$req ) {
			return AuthenticationResponse::newAbstain();
		}
		if ( !$this->knows( $req ) ) {
			return AuthenticationResponse::newFail( wfMessage( 'mwlogintest-partner-wrong' ) );
		}
		$this->manager->setAuthenticationSessionData( self::class, self::PREFIX . $req->partnerName );
		return AuthenticationResponse::newUI( [ new ConfirmRequest ], wfMessage( 'mwlogintest-partner-link' ) );
	}

	/** @inheritDoc */
	public function continuePrimaryAccountLink( $user, array $reqs ) {
		if ( !AuthenticationRequest::getRequestByClass( $reqs, ConfirmRequest::class ) ) {
			return AuthenticationResponse::newUI( [ new ConfirmRequest ], wfMessage( 'mwlogintest-partner-link' ), 'error' );
		}
		Links::set( $this->manager->getAuthenticationSessionData( self::class ), $user->getName() );
		return AuthenticationResponse::newPass();
	}

	private function knows( PartnerAuthenticationRequest $req ): bool {
		return in_array( $req->partnerName, self::NAMES, true )
			&& $req->partnerSecret === $req->partnerName . '-at-partner';
	}
}
