<?php

namespace Strangers;

use MediaWiki\Auth\AuthenticationResponse;

/**
 * Asks for the shift that is on now, and for a proof: the first 12 hex digits of the SHA-256 of
 * "NONCE:NAME", NAME being who is on. Special:StrangersRota tells both to the session that logs in.
 */
class Rota extends Step {
	public const PEOPLE = [ 'early' => 'Ada', 'late' => 'Grace', 'night' => 'Edsger' ];

	/** @inheritDoc */
	public function beginSecondaryAuthentication( $user, array $reqs ) {
		return $this->ask( $this->draw(), 'Who is on duty? See Special:StrangersRota. The proof is SHA-256 of nonce:name, 12 hex digits.' );
	}

	/** @inheritDoc */
	public function continueSecondaryAuthentication( $user, array $reqs ) {
		$drawn = $this->recall( 'drawn' );
		$req = RotaQuestion::getRequestByClass( $reqs, RotaQuestion::class );
		if ( $req && $drawn && $req->rotaShift === $drawn['shift'] && $req->rotaProof === $this->proof( $drawn ) ) {
			return AuthenticationResponse::newPass();
		}
		return $this->ask( $this->draw(), 'That is not who is on duty.', true );
	}

	private function proof( array $drawn ) {
		return substr( hash( 'sha256', $drawn['nonce'] . ':' . self::PEOPLE[$drawn['shift']] ), 0, 12 );
	}

	private function draw() {
		$drawn = [ 'shift' => array_rand( self::PEOPLE ), 'nonce' => bin2hex( random_bytes( 8 ) ) ];
		$this->remember( 'drawn', $drawn );
		return new RotaQuestion( [
			'rotaShift' => [ 'select', 'Shift', [ 'early' => 'Early', 'late' => 'Late', 'night' => 'Night' ] ],
			'rotaNonce' => [ 'hidden', 'Nonce', $drawn['nonce'] ],
			'rotaProof' => [ 'string', 'Proof' ],
		] );
	}
}
