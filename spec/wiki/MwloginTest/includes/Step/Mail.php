<?php

namespace MwloginTest\Step;

use MailAddress;
use MediaWiki\Auth\AuthenticationResponse;
use UserMailer;

/** Mails a code and asks for it in a field called "token", as EmailAuth does. Three wrong ones end it. */
class Mail extends Step {
	/** @inheritDoc */
	public function beginSecondaryAuthentication( $user, array $reqs ) {
		$code = sprintf( '%06d', random_int( 0, 999999 ) );
		$this->remember( 'code', $code );
		$this->remember( 'tries', 0 );
		UserMailer::send(
			new MailAddress( $user->getEmail() ?: strtolower( $user->getName() ) . '@example.org', $user->getName() ),
			new MailAddress( 'wiki@example.org' ),
			'Your code',
			"Your code for the wiki is $code\n"
		);
		return $this->ask( new EmailAuthAuthenticationRequest, 'mwlogintest-mail' );
	}

	/** @inheritDoc */
	public function continueSecondaryAuthentication( $user, array $reqs ) {
		$req = $this->answered( $reqs, EmailAuthAuthenticationRequest::class );
		if ( $req && hash_equals( $this->recall( 'code' ), trim( $req->token ) ) ) {
			return AuthenticationResponse::newPass();
		}
		$tries = $this->recall( 'tries' ) + 1;
		if ( $tries >= 3 ) {
			return AuthenticationResponse::newFail( wfMessage( 'mwlogintest-mail-over' ) );
		}
		$this->remember( 'tries', $tries );
		return $this->askAgain( new EmailAuthAuthenticationRequest, 'mwlogintest-mail-wrong' );
	}
}
