<?php

namespace MwloginTest\OpenId;

use MediaWiki\MediaWikiServices;
use SpecialPage;
use UnlistedSpecialPage;

/** Special:MwloginPluggable: sends the login's own browser to the provider, and takes it back. */
class PluggablePage extends UnlistedSpecialPage {
	public function __construct() {
		parent::__construct( 'MwloginPluggable' );
	}

	/** @inheritDoc */
	public function execute( $subPage ) {
		$request = $this->getRequest();
		$manager = MediaWikiServices::getInstance()->getAuthManager();
		$pending = $manager->getAuthenticationSessionData( PluggableProvider::PENDING );
		if ( !$pending ) {
			$login = SpecialPage::getTitleFor( 'Userlogin' );
			$this->getOutput()->redirect( $login->getFullURL( [ 'error' => 'pluggableauth-fatal-error' ] ) );
			return;
		}
		$config = PluggableProvider::configs()[$pending['number']];
		if ( isset( $config['user'] ) ) {
			$this->back( 'openid:' . lcfirst( $config['user'] ), $pending );
		} elseif ( $request->getRawVal( 'error' ) !== null ) {
			$this->back( '', $pending );
		} elseif ( $request->getRawVal( 'code' ) !== null ) {
			try {
				$subject = Exchange::finish( $manager, $request->getRawVal( 'code' ), $request->getRawVal( 'state', '' ) );
				$this->back( "openid:$subject", $pending );
			} catch ( \DomainException $problem ) {
				$this->back( '', $pending );
			}
		} else {
			$own = SpecialPage::getTitleFor( 'MwloginPluggable' )->getFullURL( '', false, PROTO_CANONICAL );
			$this->getOutput()->redirect( Exchange::begin( $manager, $config, $own ) );
		}
	}

	private function back( string $account, array $pending ) {
		$manager = MediaWikiServices::getInstance()->getAuthManager();
		$manager->setAuthenticationSessionData( PluggableProvider::ACCOUNT, $account );
		$this->getOutput()->redirect( $pending['returnTo'] );
	}
}
