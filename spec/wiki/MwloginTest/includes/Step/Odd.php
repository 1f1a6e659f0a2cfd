<?php

namespace MwloginTest\Step;

use MediaWiki\Auth\AuthenticationResponse;

/**
 * The odd extension nobody has heard of: a choice, a nonce, and a page of the wiki that tells the
 * right choice to whoever comes with the cookies of this login. A wrong choice makes a new nonce.
 */
class Odd extends Step {
	/** @inheritDoc */
	public function beginSecondaryAuthentication( $user, array $reqs ) {
		return $this->ask( $this->draw(), 'mwlogintest-odd' );
	}

	/** @inheritDoc */
	public function continueSecondaryAuthentication( $user, array $reqs ) {
		$req = $this->answered( $reqs, OddAuthenticationRequest::class );
		$drawn = $this->recall( 'drawn' );
		if ( $req && $drawn && $drawn['seen'] && $req->oddDoor === $drawn['door'] && $req->oddNonce === $drawn['nonce'] ) {
			return AuthenticationResponse::newPass();
		}
		return $this->askAgain( $this->draw(), 'mwlogintest-odd-wrong' );
	}

	private function draw(): OddAuthenticationRequest {
		$doors = [ 'left', 'middle', 'right' ];
		$nonce = bin2hex( random_bytes( 8 ) );
		$this->remember( 'drawn', [ 'door' => $doors[random_int( 0, 2 )], 'nonce' => $nonce, 'seen' => false ] );
		return new OddAuthenticationRequest( $nonce );
	}
}
