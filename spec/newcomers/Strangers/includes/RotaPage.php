<?php

namespace Strangers;

use Html;
use MediaWiki\MediaWikiServices;
use UnlistedSpecialPage;

/** Special:StrangersRota: who is on duty, for whoever is in the middle of this login. */
class RotaPage extends UnlistedSpecialPage {
	public function __construct() {
		parent::__construct( 'StrangersRota' );
	}

	/** @inheritDoc */
	public function execute( $subPage ) {
		$this->setHeaders();
		$manager = MediaWikiServices::getInstance()->getAuthManager();
		$drawn = $manager->getAuthenticationSessionData( Rota::class . 'drawn' );
		$rows = '';
		foreach ( Rota::PEOPLE as $shift => $name ) {
			$class = $drawn && $drawn['shift'] === $shift ? 'on' : 'off';
			$rows .= Html::rawElement( 'tr', [ 'class' => $class ],
				Html::element( 'td', [], $shift ) . Html::element( 'td', [], $name ) );
		}
		$this->getOutput()->addHTML( Html::rawElement( 'table', [ 'id' => 'rota' ], $rows ) );
	}
}
