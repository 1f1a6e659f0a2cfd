<?php

namespace MwloginTest\OpenId;

use MediaWiki\MediaWikiServices;
use UnlistedSpecialPage;

/**
 * Special:MwloginReturn: where the OpenID provider sends the browser. Only a browser that holds the
 * session of this login, and comes with its state, is sent on to the client, with code and state.
 */
class ReturnPage extends UnlistedSpecialPage {
	public function __construct() {
		parent::__construct( 'MwloginReturn' );
	}

	/** @inheritDoc */
	public function execute( $subPage ) {
		$this->setHeaders();
		$request = $this->getRequest();
		$manager = MediaWikiServices::getInstance()->getAuthManager();
		$returnTo = $manager->getAuthenticationSessionData( Provider::RETURN_TO );
		$state = $request->getRawVal( 'state', '' );
		if ( !$returnTo || !Exchange::isPending( $manager, $state ) ) {
			$this->getOutput()->setStatusCode( 403 );
			$this->getOutput()->addHTML( '<p id="mwlogin-stranger">This login was not begun in this browser.</p>' );
			return;
		}
		$error = $request->getRawVal( 'error' );
		$answer = $error !== null ? [ 'error' => $error ] : [ 'code' => $request->getRawVal( 'code', '' ) ];
		$this->getOutput()->redirect( wfAppendQuery( $returnTo, $answer + [ 'state' => $state ] ) );
	}
}
