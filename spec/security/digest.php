<?php
// Digest (RFC 7616, MD5) in front of a wiki: router of `php -S`, which asks WIKI (host:port) once who
// is there is known. Writes a line for each request into LOG: the method and the Authorization.
file_put_contents(
	getenv( 'LOG' ),
	$_SERVER['REQUEST_METHOD'] . ' ' . ( $_SERVER['HTTP_AUTHORIZATION'] ?? '-' ) . ' ' .
		strlen( file_get_contents( 'php://input' ) ) . "\n",
	FILE_APPEND
);
$nonce = md5( 'a nonce of the spec' );
preg_match_all( '/(\w+)=(?:"([^"]*)"|([^\s,]+))/', $_SERVER['PHP_AUTH_DIGEST'] ?? '', $found,
	PREG_SET_ORDER );
$said = [];
foreach ( $found as $part ) {
	$said[$part[1]] = $part[3] ?? $part[2];
}
$right = null;
if ( isset( $said['response'], $said['nc'], $said['cnonce'], $said['qop'] ) ) {
	$first = md5( 'front:wiki:' . getenv( 'PASSWORD' ) );
	$second = md5( $_SERVER['REQUEST_METHOD'] . ':' . $_SERVER['REQUEST_URI'] );
	$right = md5( implode( ':',
		[ $first, $nonce, $said['nc'], $said['cnonce'], $said['qop'], $second ] ) );
}
if ( $right === null || !hash_equals( $right, $said['response'] ) ) {
	header( 'HTTP/1.1 401 Unauthorized' );
	header( 'WWW-Authenticate: Digest realm="wiki", nonce="' . $nonce . '", qop="auth"' );
	exit;
}
$onward = curl_init( 'http://' . getenv( 'WIKI' ) . $_SERVER['REQUEST_URI'] );
$headers = [ 'Host: ' . getenv( 'WIKI' ), 'Cookie: ' . ( $_SERVER['HTTP_COOKIE'] ?? '' ),
	'User-Agent: ' . ( $_SERVER['HTTP_USER_AGENT'] ?? '' ) ];
if ( $_SERVER['REQUEST_METHOD'] === 'POST' ) {
	curl_setopt( $onward, CURLOPT_POSTFIELDS, file_get_contents( 'php://input' ) );
	$headers[] = 'Content-Type: ' . $_SERVER['CONTENT_TYPE'];
}
curl_setopt_array( $onward, [
	CURLOPT_HTTPHEADER => $headers,
	CURLOPT_RETURNTRANSFER => true,
	CURLOPT_HEADERFUNCTION => static function ( $curl, $line ) {
		if ( preg_match( '/^(Set-Cookie|Content-Type|MediaWiki-[\w-]+):/i', $line ) ) {
			header( trim( $line ), false );
		}
		return strlen( $line );
	},
] );
echo curl_exec( $onward );
