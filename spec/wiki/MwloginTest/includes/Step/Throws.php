<?php

namespace MwloginTest\Step;

/** Breaks in the middle of a login, and the login with it. */
class Throws extends Step {
	/** @inheritDoc */
	public function beginSecondaryAuthentication( $user, array $reqs ) {
		return $this->ask( new ProceedRequest, 'mwlogintest-throws' );
	}

	/** @inheritDoc */
	public function continueSecondaryAuthentication( $user, array $reqs ) {
		throw new \RuntimeException( 'The step broke, as it was meant to.' );
	}
}
