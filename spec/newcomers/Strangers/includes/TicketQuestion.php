<?php

namespace Strangers;

use MediaWiki\Auth\AuthenticationRequest;
use RawMessage;

/** A library card and its check digits. */
#[\AllowDynamicProperties]
class TicketQuestion extends AuthenticationRequest {
	public $required = self::PRIMARY_REQUIRED;

	/** @inheritDoc */
	public function getFieldInfo() {
		$field = static fn ( string $type, string $label ) =>
			[ 'type' => $type, 'label' => new RawMessage( $label ), 'help' => new RawMessage( $label ) ];
		return [
			'cardNumber' => $field( 'string', 'Number of your library card' ),
			'cardCheck' => $field( 'string', 'Its check digits: 98 less the rest of the number by 97' ),
			'cardLogin' => $field( 'button', 'Enter with a card' ),
		];
	}
}
