<?php
// Router of the built-in web server: runs MediaWiki's entry points and writes one JSON line for
// each of their requests. The line is there before the client can see the first byte of the reply,
// so a spec that has its answer finds the request counted. Values of parameters are never written.

$mwloginFolder = getenv( 'MWLOGIN_WIKI_FOLDER' );
$mwloginPath = rawurldecode( parse_url( 'http://x' . $_SERVER['REQUEST_URI'], PHP_URL_PATH ) ?: '/' );

if ( $mwloginPath === '/.ready' ) {
	echo $mwloginFolder;
	return true;
}

if ( str_starts_with( $mwloginPath, '/images/' ) && !str_contains( $mwloginPath, '..' ) ) {
	$mwloginFile = $mwloginFolder . $mwloginPath;
	if ( is_file( $mwloginFile ) ) {
		header( 'Content-Type: ' . ( mime_content_type( $mwloginFile ) ?: 'application/octet-stream' ) );
		header( 'Content-Length: ' . filesize( $mwloginFile ) );
		readfile( $mwloginFile );
	} else {
		http_response_code( 404 );
	}
	return true;
}

if ( $mwloginPath === '/' ) {
	$mwloginPath = '/index.php';
}
if ( !preg_match( '#^/(api|index|rest|load|img_auth|thumb|opensearch_desc)\.php(/.*)?$#', $mwloginPath, $mwloginMatch ) ) {
	$mwloginStatic = realpath( $_SERVER['DOCUMENT_ROOT'] . $mwloginPath );
	if ( preg_match( '#^/(resources|skins|extensions)/#', $mwloginPath ) && $mwloginStatic !== false ) {
		return false;
	}
	http_response_code( 404 );
	echo 'Not found.';
	return true;
}

$mwloginScript = $mwloginMatch[1] . '.php';
if ( $mwloginScript !== 'load.php' ) {
	$mwloginNames = static function ( array $parameters ) {
		$names = array_map( 'strval', array_keys( $parameters ) );
		sort( $names );
		return $names;
	};
	$mwloginText = static fn ( $value ) => is_string( $value ) ? substr( $value, 0, 100 ) : null;
	parse_str( $_SERVER['QUERY_STRING'] ?? '', $mwloginQuery );
	$mwloginEntry = [
		'method' => $_SERVER['REQUEST_METHOD'],
		'path' => $mwloginPath,
		'query' => $mwloginNames( $mwloginQuery ),
		'body' => $mwloginNames( $_POST ),
		'params' => $mwloginNames( $_POST + $mwloginQuery ),
		'files' => $mwloginNames( $_FILES ),
		'action' => $mwloginText( $_POST['action'] ?? $mwloginQuery['action'] ?? null ),
		'meta' => $mwloginText( $_POST['meta'] ?? $mwloginQuery['meta'] ?? null ),
		'title' => $mwloginText( $_POST['title'] ?? $mwloginQuery['title'] ?? null ),
		'host' => $_SERVER['HTTP_HOST'] ?? null,
		'user_agent' => $_SERVER['HTTP_USER_AGENT'] ?? null,
		'content_type' => strtok( $_SERVER['CONTENT_TYPE'] ?? '', ';' ) ?: null,
		'cookies' => $mwloginNames( $_COOKIE ),
		'authorization' => strtok( $_SERVER['HTTP_AUTHORIZATION'] ?? '', ' ' ) ?: null,
	];
	$mwloginWrite = static function () use ( &$mwloginEntry, $mwloginFolder ) {
		if ( $mwloginEntry !== null ) {
			$mwloginEntry['status'] = http_response_code() ?: 200;
			$line = json_encode( array_filter( $mwloginEntry, static fn ( $value ) => $value !== null ), JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES );
			$mwloginEntry = null;
			file_put_contents( "$mwloginFolder/requests.jsonl", $line . "\n", FILE_APPEND | LOCK_EX );
		}
	};
	ob_start( static function ( $bytes, $phase ) use ( $mwloginWrite ) {
		if ( !( $phase & PHP_OUTPUT_HANDLER_CLEAN ) ) {
			$mwloginWrite();
		}
		return $bytes;
	} );
	register_shutdown_function( $mwloginWrite );
}

$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/' . $mwloginScript;
$_SERVER['SCRIPT_FILENAME'] = $_SERVER['DOCUMENT_ROOT'] . '/' . $mwloginScript;
if ( ( $mwloginMatch[2] ?? '' ) !== '' ) {
	$_SERVER['PATH_INFO'] = $mwloginMatch[2];
} else {
	unset( $_SERVER['PATH_INFO'] );
}
chdir( $_SERVER['DOCUMENT_ROOT'] );
require $_SERVER['SCRIPT_FILENAME'];
