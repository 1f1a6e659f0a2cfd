<?php

namespace MwloginTest;

use MediaWiki\Auth\AuthenticationRequest;
use RawMessage;

/** A request whose values are whatever fields it says it has. */
#[\AllowDynamicProperties]
abstract class Request extends AuthenticationRequest {
	/**
	 * @param string $type
	 * @param string $label
	 * @param string $help
	 * @param array $more value, options, optional, sensitive
	 * @return array description of a field
	 */
	public static function field( string $type, string $label, string $help, array $more = [] ): array {
		return [ 'type' => $type, 'label' => self::text( $label ), 'help' => self::text( $help ) ] + $more;
	}

	/**
	 * @param array $texts label by value
	 * @return array options of a select
	 */
	public static function options( array $texts ): array {
		return array_map( [ self::class, 'text' ], $texts );
	}

	private static function text( string $text ): RawMessage {
		return new RawMessage( '$1', [ $text ] );
	}
}
