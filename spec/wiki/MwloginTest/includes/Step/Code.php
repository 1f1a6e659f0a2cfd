<?php

namespace MwloginTest\Step;

use MediaWiki\Auth\AuthenticationResponse;

/** A second factor whose field is called "code", as the one of an OpenID return. */
class Code extends Step {
	/** @inheritDoc */
	public function beginSecondaryAuthentication( $user, array $reqs ) {
		return $this->ask( new TwoFactorAuthenticationRequest, 'mwlogintest-code' );
	}

	/** @inheritDoc */
	public function continueSecondaryAuthentication( $user, array $reqs ) {
		global $wgMwloginTestCode;

		$req = $this->answered( $reqs, TwoFactorAuthenticationRequest::class );
		if ( $req && $req->code === ( $wgMwloginTestCode ?? '817420' ) ) {
			return AuthenticationResponse::newPass();
		}
		return $this->askAgain( new TwoFactorAuthenticationRequest, 'mwlogintest-code-wrong' );
	}
}
