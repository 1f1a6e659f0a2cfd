<?php

namespace MwloginTest;

use MediaWiki\Auth\AuthenticationRequest;
use RawMessage;

/** A third-party account somebody has proved to own. Kept by the wiki between steps, filled by nobody. */
class LinkRequest extends AuthenticationRequest {
	/** @var string e.g. "partner:stranger" */
	public $account;

	/**
	 * @param string $account
	 */
	public function __construct( string $account ) {
		$this->account = $account;
		$this->required = self::OPTIONAL;
	}

	/** @inheritDoc */
	public function getFieldInfo() {
		return [];
	}

	/** @inheritDoc */
	public function loadFromSubmission( array $data ) {
		return $this->action === 'unlink' || $this->action === 'remove';
	}

	/** @inheritDoc */
	public function getUniqueId() {
		// Separators of all sorts, as real ids may hold them.
		return parent::getUniqueId() . '|' . $this->account;
	}

	/** @inheritDoc */
	public function describeCredentials() {
		return [
			'provider' => new RawMessage( 'Test third party' ),
			'account' => new RawMessage( '$1', [ $this->account ] ),
		];
	}
}
