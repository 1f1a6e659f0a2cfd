<?php

namespace MwloginTest;

/**
 * Which third-party account belongs to which user: "partner:NAME" or "openid:SUBJECT" → user name.
 * $wgMwloginTestLinks gives the first ones, a file of the wiki those made since.
 */
class Links {
	/**
	 * @return string[] user name by third-party account
	 */
	public static function all(): array {
		global $wgMwloginTestLinks;

		$file = Setup::file( 'links.json' );
		$made = is_file( $file ) ? json_decode( file_get_contents( $file ), true ) : [];
		return array_filter( $made + ( $wgMwloginTestLinks ?? [ 'partner:alice' => 'Alice', 'openid:alice' => 'Alice' ] ) );
	}

	/**
	 * @param string $account
	 * @return string|null user name
	 */
	public static function userOf( string $account ) {
		return self::all()[$account] ?? null;
	}

	/**
	 * @param string $user
	 * @param string $prefix
	 * @return string[] the user's third-party accounts
	 */
	public static function accountsOf( string $user, string $prefix ): array {
		return array_values( array_filter(
			array_keys( self::all(), $user, true ),
			static fn ( $account ) => str_starts_with( $account, $prefix )
		) );
	}

	/**
	 * @param string $account
	 * @param string|null $user null: belongs to nobody any more
	 */
	public static function set( string $account, $user ) {
		$file = Setup::file( 'links.json' );
		$made = is_file( $file ) ? json_decode( file_get_contents( $file ), true ) : [];
		$made[$account] = $user;
		file_put_contents( $file, json_encode( $made ), LOCK_EX );
	}
}
