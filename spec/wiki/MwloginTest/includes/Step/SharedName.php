<?php

namespace MwloginTest\Step;

use MediaWiki\Auth\AuthenticationResponse;

/** Two requests share the field name "word" and want different words: they must be answered apart. */
class SharedName extends Step {
	private const WORDS = [ FirstClerkRequest::class => 'one', SecondClerkRequest::class => 'two' ];

	/** @inheritDoc */
	public function beginSecondaryAuthentication( $user, array $reqs ) {
		$this->remember( 'open', array_keys( self::WORDS ) );
		return $this->ask( $this->open(), 'mwlogintest-shared' );
	}

	/** @inheritDoc */
	public function continueSecondaryAuthentication( $user, array $reqs ) {
		$open = array_filter( $this->recall( 'open' ), function ( $class ) use ( $reqs ) {
			$req = $this->answered( $reqs, $class );
			return !$req || $req->word !== self::WORDS[$class];
		} );
		$this->remember( 'open', array_values( $open ) );
		if ( !$open ) {
			return AuthenticationResponse::newPass();
		}
		return $this->askAgain( $this->open(), 'mwlogintest-shared-wrong' );
	}

	private function open(): array {
		return array_map( static fn ( $class ) => new $class, $this->recall( 'open' ) );
	}
}
