<?php

namespace MwloginTest\OpenId;

use MediaWiki\Auth\AuthenticationRequest;
use MediaWiki\Auth\AuthenticationResponse;
use MediaWiki\Auth\AuthManager;
use MwloginTest\Links;
use MwloginTest\ThirdParty;
use SpecialPage;

/**
 * Behaves as PluggableAuth does: a button, then a page of the wiki that does everything and adds
 * nothing to the return address, then a continue without fields. Continuing early is a TypeError.
 *
 * $wgMwloginTestPluggable = [ [ 'label' => 'OpenID', 'issuer' => …, 'clientId' => …, 'clientSecret' => … ],
 *   [ 'label' => 'Directory', 'user' => 'Alice' ] ];  // the second needs no browser: it goes straight back
 */
class PluggableProvider extends ThirdParty {
	protected const PREFIX = 'openid:';
	public const PENDING = self::class . 'pending';
	public const ACCOUNT = self::class . 'account';

	/** @inheritDoc */
	public function getAuthenticationRequests( $action, array $options ) {
		$requests = [];
		foreach ( $action === AuthManager::ACTION_LOGIN ? self::configs() : [] as $number => $config ) {
			$requests[] = new BeginAuthenticationRequest( $number, $config['label'] );
		}
		return $requests;
	}

	/**
	 * @return array[]
	 */
	public static function configs(): array {
		global $wgMwloginTestPluggable;
		return $wgMwloginTestPluggable ?? [];
	}

	/** @inheritDoc */
	public function beginPrimaryAuthentication( array $reqs ) {
		foreach ( self::configs() as $number => $config ) {
			$req = BeginAuthenticationRequest::getRequestByName( $reqs, "pluggableauthlogin$number" );
			if ( $req ) {
				$this->manager->setAuthenticationSessionData(
					self::PENDING, [ 'number' => $number, 'returnTo' => $req->returnToUrl ]
				);
				$this->manager->removeAuthenticationSessionData( self::ACCOUNT );
				$page = SpecialPage::getTitleFor( 'MwloginPluggable' )->getFullURL( '', false, PROTO_CANONICAL );
				return AuthenticationResponse::newRedirect( [ new ContinueAuthenticationRequest ], $page );
			}
		}
		return AuthenticationResponse::newAbstain();
	}

	/** @inheritDoc */
	public function continuePrimaryAuthentication( array $reqs ) {
		return $this->passAs( $this->manager->getAuthenticationSessionData( self::ACCOUNT ) );
	}

	private function passAs( string $account ): AuthenticationResponse {
		if ( $account === '' ) {
			return AuthenticationResponse::newFail( wfMessage( 'mwlogintest-pluggable-failed' ) );
		}
		// Unknown people get an account of that name at once.
		return AuthenticationResponse::newPass( Links::userOf( $account ) ?? ucfirst( substr( $account, strlen( self::PREFIX ) ) ) );
	}
}
