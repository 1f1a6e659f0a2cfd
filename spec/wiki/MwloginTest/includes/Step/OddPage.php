<?php

namespace MwloginTest\Step;

use Html;
use MediaWiki\MediaWikiServices;
use UnlistedSpecialPage;

/** Special:MwloginOdd: tells today's door to whoever is in the middle of this login. */
class OddPage extends UnlistedSpecialPage {
	public function __construct() {
		parent::__construct( 'MwloginOdd' );
	}

	/** @inheritDoc */
	public function execute( $subPage ) {
		$this->setHeaders();
		$manager = MediaWikiServices::getInstance()->getAuthManager();
		$drawn = $manager->getAuthenticationSessionData( Odd::class . 'drawn' );
		if ( !$drawn ) {
			$this->getOutput()->setStatusCode( 403 );
			$this->getOutput()->addWikiTextAsInterface( 'Nobody is logging in here.' );
			return;
		}
		$drawn['seen'] = true;
		$manager->setAuthenticationSessionData( Odd::class . 'drawn', $drawn );
		$this->getOutput()->addHTML(
			Html::rawElement( 'p', [], "Today's door is the " . Html::element( 'b', [ 'id' => 'odd-door' ], $drawn['door'] ) . ' one.' )
		);
	}
}
