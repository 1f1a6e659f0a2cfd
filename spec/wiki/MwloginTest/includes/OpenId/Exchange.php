<?php

namespace MwloginTest\OpenId;

use MediaWiki\Auth\AuthManager;
use MediaWiki\MediaWikiServices;

/**
 * One authorization-code exchange with a real OpenID provider: discovery, PKCE, state, nonce.
 *
 * $wgMwloginTestOpenId = [ 'openid.example.net' => [ 'issuer' => 'http://127.0.0.1:1234',
 *   'clientId' => …, 'clientSecret' => …, 'way' => 'wiki' ] ];  // or 'straight', to the client itself
 */
class Exchange {
	/**
	 * @return array[] configuration by the provider's name
	 */
	public static function providers(): array {
		global $wgMwloginTestOpenId;
		return $wgMwloginTestOpenId ?? [];
	}

	/**
	 * @param AuthManager $manager whose session keeps what must be checked afterwards
	 * @param array $config
	 * @param string $redirectUri
	 * @return string address to send the browser to
	 */
	public static function begin( AuthManager $manager, array $config, string $redirectUri ): string {
		$verifier = self::random();
		$pending = [
			'config' => $config, 'redirectUri' => $redirectUri, 'verifier' => $verifier,
			'state' => self::random(), 'nonce' => self::random(),
		];
		$manager->setAuthenticationSessionData( self::class, $pending );
		return wfAppendQuery( self::discover( $config )['authorization_endpoint'], [
			'response_type' => 'code',
			'client_id' => $config['clientId'],
			'redirect_uri' => $redirectUri,
			'scope' => 'openid',
			'state' => $pending['state'],
			'nonce' => $pending['nonce'],
			'code_challenge' => self::base64url( hash( 'sha256', $verifier, true ) ),
			'code_challenge_method' => 'S256',
		] );
	}

	/**
	 * @param AuthManager $manager
	 * @param string $state
	 * @return bool whether this session began the exchange of that state
	 */
	public static function isPending( AuthManager $manager, string $state ): bool {
		$pending = $manager->getAuthenticationSessionData( self::class );
		return $pending && hash_equals( $pending['state'], $state );
	}

	/**
	 * @param AuthManager $manager
	 * @param string $code
	 * @param string $state
	 * @return string subject of the account at the provider
	 * @throws \DomainException when anything is not as it was agreed
	 */
	public static function finish( AuthManager $manager, string $code, string $state ): string {
		$pending = $manager->getAuthenticationSessionData( self::class );
		if ( !self::isPending( $manager, $state ) ) {
			throw new \DomainException( 'wrong state' );
		}
		$config = $pending['config'];
		$reply = self::request( self::discover( $config )['token_endpoint'], [
			'grant_type' => 'authorization_code',
			'code' => $code,
			'redirect_uri' => $pending['redirectUri'],
			'client_id' => $config['clientId'],
			'client_secret' => $config['clientSecret'],
			'code_verifier' => $pending['verifier'],
		] );
		// The token comes from the provider itself, so its signature adds nothing (OpenID Connect 3.1.3.7).
		$parts = explode( '.', $reply['id_token'] ?? '' );
		$claims = json_decode( base64_decode( strtr( $parts[1] ?? '', '-_', '+/' ) ), true );
		$good = is_array( $claims )
			&& rtrim( $claims['iss'], '/' ) === rtrim( $config['issuer'], '/' )
			&& in_array( $config['clientId'], (array)$claims['aud'], true )
			&& $claims['exp'] > time()
			&& hash_equals( $pending['nonce'], $claims['nonce'] ?? '' );
		if ( !$good ) {
			throw new \DomainException( 'identity token: ' . ( $reply['error'] ?? 'wrong claims' ) );
		}
		$manager->removeAuthenticationSessionData( self::class );
		return $claims['sub'];
	}

	private static function discover( array $config ): array {
		return self::request( rtrim( $config['issuer'], '/' ) . '/.well-known/openid-configuration' );
	}

	private static function request( string $url, array $form = null ): array {
		$options = [ 'timeout' => 10, 'method' => $form ? 'POST' : 'GET', 'postData' => $form ? wfArrayToCgi( $form ) : null ];
		$request = MediaWikiServices::getInstance()->getHttpRequestFactory()->create( $url, array_filter( $options ), __METHOD__ );
		$request->execute();
		$reply = json_decode( (string)$request->getContent(), true );
		if ( !is_array( $reply ) ) {
			throw new \DomainException( 'no answer from ' . $url );
		}
		return $reply;
	}

	private static function random(): string {
		return self::base64url( random_bytes( 32 ) );
	}

	private static function base64url( string $bytes ): string {
		return rtrim( strtr( base64_encode( $bytes ), '+/', '-_' ), '=' );
	}
}
