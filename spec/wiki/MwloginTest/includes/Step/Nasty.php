<?php

namespace MwloginTest\Step;

use MediaWiki\Auth\AuthenticationResponse;

/** Labels that must not reach a terminal or a page as they are. */
class Nasty extends Step {
	/** @inheritDoc */
	public function beginSecondaryAuthentication( $user, array $reqs ) {
		return $this->ask( new NastyRequest, 'mwlogintest-nasty' );
	}

	/** @inheritDoc */
	public function continueSecondaryAuthentication( $user, array $reqs ) {
		if ( $this->answered( $reqs, NastyRequest::class ) ) {
			return AuthenticationResponse::newPass();
		}
		return $this->askAgain( new NastyRequest, 'mwlogintest-nasty' );
	}
}
