<?php

namespace MwloginTest\Step;

use MediaWiki\Auth\AuthenticationResponse;

/** Asks for a field of every type. Satisfied when the request comes whole and its seal unbroken. */
class AllFields extends Step {
	/** @inheritDoc */
	public function beginSecondaryAuthentication( $user, array $reqs ) {
		return $this->ask( new AllFieldsRequest, 'mwlogintest-all-fields' );
	}

	/** @inheritDoc */
	public function continueSecondaryAuthentication( $user, array $reqs ) {
		$req = $this->answered( $reqs, AllFieldsRequest::class );
		if ( $req && $req->seal === 'opaque-123+\\' ) {
			return AuthenticationResponse::newPass();
		}
		return $this->askAgain( new AllFieldsRequest, 'mwlogintest-all-fields-wrong' );
	}
}
