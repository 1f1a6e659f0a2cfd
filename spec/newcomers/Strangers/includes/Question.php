<?php

namespace Strangers;

use MediaWiki\Auth\AuthenticationRequest;
use RawMessage;

/** A request that takes its fields as they are given. */
#[\AllowDynamicProperties]
abstract class Question extends AuthenticationRequest {
	protected $asked;

	/**
	 * @param array $asked name => [ type, label, options or value ]
	 */
	public function __construct( array $asked ) {
		$this->asked = $asked;
	}

	/** @inheritDoc */
	public function getFieldInfo() {
		return array_map( static function ( array $field ) {
			[ $type, $label ] = $field;
			$info = [ 'type' => $type, 'label' => new RawMessage( $label ), 'help' => new RawMessage( $label ) ];
			if ( $type === 'select' ) {
				$info['options'] = array_map( static fn ( $text ) => new RawMessage( $text ), $field[2] );
			} elseif ( isset( $field[2] ) ) {
				$info['value'] = $field[2];
			}
			return $info;
		}, $this->asked );
	}
}
