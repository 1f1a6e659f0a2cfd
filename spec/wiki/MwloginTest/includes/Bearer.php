<?php
namespace MwloginTest;

use ApiMessage;
use ApiUsageException;
use MediaWiki\MediaWikiServices;
use MediaWiki\Session\SessionInfo;
use MediaWiki\Session\SessionProvider;
use MediaWiki\Session\UserInfo;
use RawMessage;
use StatusValue;
use WebRequest;

/**
 * Requests with a bearer, as the extension OAuth has them: whose it is, the address `verify` says.
 * $wgSessionProviders['MwloginTest\Bearer'] = [ 'class' => …, 'args' => [ [ 'verify' => … ] ] ].
 */
class Bearer extends SessionProvider {
	private string $verify;

	public function __construct( array $params ) {
		parent::__construct();
		$this->verify = $params['verify'];
	}

	private function nameOf( string $header ): ?string {
		$context = stream_context_create( [
			'http' => [ 'header' => "Authorization: $header", 'ignore_errors' => true, 'timeout' => 10 ],
		] );
		$said = json_decode( (string)file_get_contents( $this->verify, false, $context ), true );
		return $said['name'] ?? null;
	}

	/** The API says so as soon as it can; meanwhile nobody is logged in. */
	private function refuse(): SessionInfo {
		$message = ApiMessage::create(
			new RawMessage(
				'The authorization headers in your request are not valid: Invalid access token'
			),
			'mwoauth-invalid-authorization'
		);
		$exception = new ApiUsageException( null, StatusValue::newFatal( $message ) );
		MediaWikiServices::getInstance()->getHookContainer()->register(
			'ApiBeforeMain',
			static function () use ( $exception ) {
				throw $exception;
			}
		);
		return new SessionInfo( SessionInfo::MAX_PRIORITY, [
			'provider' => $this,
			'id' => $this->hashToSessionId( 'bogus' ),
			'userInfo' => UserInfo::newAnonymous(),
			'persisted' => false,
		] );
	}

	public function provideSessionInfo( WebRequest $request ) {
		$header = $request->getHeader( 'Authorization' );
		if ( !defined( 'MW_API' ) || $header === false || strpos( $header, 'Bearer ' ) !== 0 ) {
			return null;
		}
		$name = $this->nameOf( $header );
		if ( $name === null ) {
			return $this->refuse();
		}
		return new SessionInfo( SessionInfo::MAX_PRIORITY, [
			'provider' => $this,
			'id' => $this->hashToSessionId( $header ),
			'userInfo' => UserInfo::newFromName( $name, true ),
			'persisted' => false,
			'forceUse' => true,
		] );
	}

	public function persistsSessionId() {
		return false;
	}

	public function canChangeUser() {
		return false;
	}

	public function persistSession( \MediaWiki\Session\SessionBackend $session, WebRequest $request ) {
	}

	public function unpersistSession( WebRequest $request ) {
	}
}
