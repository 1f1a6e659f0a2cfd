<?php

namespace MwloginTest\OpenId;

use MediaWiki\Auth\AuthenticationRequest;
use MediaWiki\Auth\AuthenticationResponse;
use MediaWiki\Auth\AuthManager;
use MwloginTest\ThirdParty;
use SpecialPage;

/** Login at an OpenID provider, back through a page of the wiki or straight to the client. */
class Provider extends ThirdParty {
	protected const PREFIX = 'openid:';
	public const RETURN_TO = self::class . 'returnTo';

	/** @inheritDoc */
	public function getAuthenticationRequests( $action, array $options ) {
		return $action === AuthManager::ACTION_LOGIN && Exchange::providers()
			? [ new OpenIdAuthenticationRequest ] : $this->removable( $action, $options );
	}

	/** @inheritDoc */
	public function beginPrimaryAuthentication( array $reqs ) {
		$req = AuthenticationRequest::getRequestByClass( $reqs, OpenIdAuthenticationRequest::class );
		if ( !$req ) {
			return AuthenticationResponse::newAbstain();
		}
		$config = Exchange::providers()[$req->openIdProvider];
		$this->manager->setAuthenticationSessionData( self::RETURN_TO, $req->returnToUrl );
		$back = ( $config['way'] ?? 'wiki' ) === 'straight' ? $req->returnToUrl
			: SpecialPage::getTitleFor( 'MwloginReturn' )->getFullURL( '', false, PROTO_CANONICAL );
		try {
			$target = Exchange::begin( $this->manager, $config, $back );
		} catch ( \DomainException $problem ) {
			return $this->failed( $problem );
		}
		$needed = new OpenIdConnectResponseAuthenticationRequest( $req->openIdProvider );
		return AuthenticationResponse::newRedirect( [ $needed ], $target, [ 'provider' => $req->openIdProvider ] );
	}

	/** @inheritDoc */
	public function continuePrimaryAuthentication( array $reqs ) {
		$req = AuthenticationRequest::getRequestByClass( $reqs, OpenIdConnectResponseAuthenticationRequest::class );
		try {
			if ( !$req ) {
				throw new \DomainException( 'no code and state' );
			}
			return $this->pass( self::PREFIX . Exchange::finish( $this->manager, $req->code, $req->state ) );
		} catch ( \DomainException $problem ) {
			return $this->failed( $problem );
		}
	}

	private function failed( \DomainException $problem ): AuthenticationResponse {
		return AuthenticationResponse::newFail( wfMessage( 'mwlogintest-openid-failed', $problem->getMessage() ) );
	}
}
