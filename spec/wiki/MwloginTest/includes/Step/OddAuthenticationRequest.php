<?php

namespace MwloginTest\Step;

use MwloginTest\Request;
use SpecialPage;

class OddAuthenticationRequest extends Request {
	private $nonce;

	/**
	 * @param string $nonce
	 */
	public function __construct( string $nonce ) {
		$this->nonce = $nonce;
	}

	/** @inheritDoc */
	public function getFieldInfo() {
		return [
			'oddDoor' => self::field( 'select', 'Door', 'The page that tells it is named in the metadata.', [
				'options' => self::options( [ 'left' => 'Left', 'middle' => 'Middle', 'right' => 'Right' ] ),
			] ),
			'oddNonce' => self::field( 'hidden', 'Nonce', 'To be sent back.', [ 'value' => $this->nonce ] ),
		];
	}

	/** @inheritDoc */
	public function getMetadata() {
		return [ 'page' => SpecialPage::getTitleFor( 'MwloginOdd' )->getLocalURL() ];
	}
}
