<?php

namespace MwloginTest;

use MediaWiki\Auth\ConfirmLinkSecondaryAuthenticationProvider;

/**
 * Switches on what $wgMwloginTest names, in its order, so that other logins stay as they were:
 * $wgMwloginTest = [ 'Partner', 'AllFields', 'Code' ];
 */
class Setup {
	private const PRIMARY = [
		'Partner' => Partner\Provider::class,
		'OpenId' => OpenId\Provider::class,
		'Pluggable' => OpenId\PluggableProvider::class,
	];

	private const SECONDARY = [
		'ConfirmLink' => ConfirmLinkSecondaryAuthenticationProvider::class,
		'AllFields' => Step\AllFields::class,
		'SharedName' => Step\SharedName::class,
		'Code' => Step\Code::class,
		'Mail' => Step\Mail::class,
		'Odd' => Step\Odd::class,
		'Nasty' => Step\Nasty::class,
		'Throws' => Step\Throws::class,
		'Endless' => Step\Endless::class,
	];

	public static function register() {
		global $wgAuthManagerAutoConfig, $wgGroupPermissions, $wgMwloginTest, $wgWhitelistRead;

		foreach ( $wgMwloginTest ?? [] as $place => $name ) {
			if ( isset( self::PRIMARY[$name] ) ) {
				$kind = 'primaryauth';
				$class = self::PRIMARY[$name];
			} elseif ( isset( self::SECONDARY[$name] ) ) {
				$kind = 'secondaryauth';
				$class = self::SECONDARY[$name];
			} else {
				throw new \UnexpectedValueException( "MwloginTest has no '$name'" );
			}
			$wgAuthManagerAutoConfig[$kind][$class] = [ 'class' => $class, 'sort' => 500 + $place ];
		}
		if ( in_array( 'Pluggable', $wgMwloginTest ?? [], true ) ) {
			$wgGroupPermissions['*']['autocreateaccount'] = true;
		}
		foreach ( [ 'MwloginOdd', 'MwloginReturn', 'MwloginPluggable' ] as $page ) {
			$wgWhitelistRead[] = "Special:$page";
		}
	}

	/**
	 * @param string $name a file of this wiki, beside its database
	 * @return string path
	 */
	public static function file( string $name ): string {
		return getenv( 'MWLOGIN_WIKI_FOLDER' ) . '/' . $name;
	}
}
