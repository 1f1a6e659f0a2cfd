<?php

namespace Strangers;

use MediaWiki\Auth\AuthenticationResponse;

/** House rules: they must be agreed to, and a word of the notice, named by its place, be typed. */
class Notice extends Step {
	private const WORDS = [ 'tidy', 'rooms', 'gladden', 'every', 'visitor' ];

	/** @inheritDoc */
	public function beginSecondaryAuthentication( $user, array $reqs ) {
		return $this->ask( $this->draw(), 'Please read our rules.' );
	}

	/** @inheritDoc */
	public function continueSecondaryAuthentication( $user, array $reqs ) {
		$req = NoticeQuestion::getRequestByClass( $reqs, NoticeQuestion::class );
		$good = $req && $req->rulesAgree && $req->rulesWord === self::WORDS[$this->recall( 'place' )];
		return $good ? AuthenticationResponse::newPass() : $this->ask( $this->draw(), 'Agree, and type the word that is asked for.', true );
	}

	private function draw() {
		$place = random_int( 0, 4 );
		$this->remember( 'place', $place );
		return new NoticeQuestion( [
			'rulesNotice' => [ 'null', 'Rules', implode( ' ', self::WORDS ) ],
			'rulesPlace' => [ 'null', 'Place', (string)( $place + 1 ) ],
			'rulesWord' => [ 'string', 'The word at that place' ],
			'rulesAgree' => [ 'checkbox', 'I agree' ],
		] );
	}
}
