<?php

namespace MwloginTest;

/** Writes down what each call of a login, creation or linking was sent: tests read it back. */
class Journal {
	private const MODULES = [
		'clientlogin' => [ 'login', 'AuthManager::authnState' ],
		'createaccount' => [ 'create', 'AuthManager::accountCreationState' ],
		'linkaccount' => [ 'link', 'AuthManager::accountLinkState' ],
	];

	/**
	 * @param \ApiBase $module
	 * @return bool
	 */
	public static function onApiCheckCanExecute( $module ) {
		if ( !isset( self::MODULES[$module->getModuleName()] ) ) {
			return true;
		}
		[ $action, $key ] = self::MODULES[$module->getModuleName()];
		$params = $module->extractRequestParams();
		$step = 'START';
		if ( $params['continue'] ) {
			$state = $module->getRequest()->getSession()->getSecret( $key );
			$step = self::kinds( $state['continueRequests'] ?? [] );
		}
		$own = array_merge(
			array_keys( $module->getMain()->getFinalParams() ),
			array_map( static fn ( $name ) => $action . $name, array_keys( $module->getFinalParams() ) ),
			[ 'title', 'formatversion', 'callback' ]
		);
		$fields = array_diff_key( $_POST + $_GET, array_flip( $own ) );
		$entry = [ 'action' => $action, 'step' => $step, 'fields' => (object)$fields ];
		if ( isset( $params['requests'] ) ) {
			$entry['requests'] = $params['requests'];
		}
		if ( $params['preservestate'] ?? false ) {
			$entry['preserve_state'] = true;
		}
		self::write( $entry );
		return true;
	}

	private static function kinds( array $requests ): string {
		return implode( ',', array_map(
			static fn ( $request ) => substr( strrchr( '\\' . get_class( $request ), '\\' ), 1 ),
			array_values( $requests )
		) );
	}

	/**
	 * @param array $entry
	 */
	public static function write( array $entry ) {
		$line = json_encode( $entry, JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE );
		file_put_contents( Setup::file( 'received.jsonl' ), $line . "\n", FILE_APPEND | LOCK_EX );
	}
}
