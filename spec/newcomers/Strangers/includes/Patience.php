<?php

namespace Strangers;

use MediaWiki\Auth\AuthenticationResponse;

/** Whoever answers within two seconds is a robot; the answer is the ticket, read backwards. */
class Patience extends Step {
	/** @inheritDoc */
	public function beginSecondaryAuthentication( $user, array $reqs ) {
		return $this->ask( $this->draw(), 'Take your time: two seconds at least. Then type the ticket backwards.' );
	}

	/** @inheritDoc */
	public function continueSecondaryAuthentication( $user, array $reqs ) {
		$drawn = $this->recall( 'drawn' );
		$req = PatienceQuestion::getRequestByClass( $reqs, PatienceQuestion::class );
		if ( $req && $drawn && microtime( true ) - $drawn['at'] >= 2 && $req->patienceBack === strrev( $drawn['ticket'] ) ) {
			return AuthenticationResponse::newPass();
		}
		return $this->ask( $this->draw(), 'Too fast, or not the ticket.', true );
	}

	private function draw() {
		$drawn = [ 'ticket' => bin2hex( random_bytes( 4 ) ), 'at' => microtime( true ) ];
		$this->remember( 'drawn', $drawn );
		return new PatienceQuestion( [
			'patienceTicket' => [ 'null', 'Ticket', $drawn['ticket'] ],
			'patienceBack' => [ 'string', 'Backwards' ],
		] );
	}
}
