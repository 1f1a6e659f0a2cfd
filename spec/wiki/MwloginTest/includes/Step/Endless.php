<?php

namespace MwloginTest\Step;

/** Asks for ever. */
class Endless extends Step {
	/** @inheritDoc */
	public function beginSecondaryAuthentication( $user, array $reqs ) {
		$this->remember( 'round', 1 );
		return $this->ask( new ProceedRequest, 'mwlogintest-endless', 1 );
	}

	/** @inheritDoc */
	public function continueSecondaryAuthentication( $user, array $reqs ) {
		$round = $this->recall( 'round' ) + 1;
		$this->remember( 'round', $round );
		return $this->ask( new ProceedRequest, 'mwlogintest-endless', $round );
	}
}
