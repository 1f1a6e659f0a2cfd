<?php
// Keeps one wiki: starts PHP's web server in a process group of its own, and ends it and removes
// its folder when the starter says so, closes the pipe on our standard input, or dies.
// php keeper.php FOLDER MEDIAWIKI OPCACHE-FOLDER

[ , $folder, $mediawiki, $opcache ] = $argv;
$parent = posix_getppid();
posix_setsid();

$remove = static function ( string $path ) use ( &$remove ) {
	if ( is_dir( $path ) && !is_link( $path ) ) {
		foreach ( array_diff( scandir( $path ), [ '.', '..' ] ) as $name ) {
			$remove( "$path/$name" );
		}
		@rmdir( $path );
	} else {
		@unlink( $path );
	}
};

$over = false;
pcntl_async_signals( true );
foreach ( [ SIGTERM, SIGINT, SIGHUP ] as $signal ) {
	pcntl_signal( $signal, static function () use ( &$over ) {
		$over = true;
	} );
}

$serve = static function ( int $port ) use ( $folder, $mediawiki, $opcache ) {
	$pid = pcntl_fork();
	if ( $pid !== 0 ) {
		return $pid;
	}
	posix_setpgid( 0, 0 );
	fclose( STDIN );
	fclose( STDOUT );
	fclose( STDERR );
	$in = fopen( '/dev/null', 'r' );
	$out = fopen( "$folder/server.log", 'a' );
	$err = fopen( "$folder/server.log", 'a' );
	pcntl_exec( PHP_BINARY, [
		'-d', 'opcache.enable_cli=1', '-d', "opcache.file_cache=$opcache", '-d', 'opcache.revalidate_freq=0',
		'-d', 'opcache.max_accelerated_files=10000', '-d', 'memory_limit=512M', '-d', 'display_errors=0',
		'-d', 'log_errors=1', '-d', "error_log=$folder/errors.log", '-d', "upload_tmp_dir=$folder",
		'-d', "sys_temp_dir=$folder", '-d', 'upload_max_filesize=64M', '-d', 'post_max_size=80M',
		'-d', 'variables_order=EGPCS',
		'-S', "127.0.0.1:$port", '-t', $mediawiki, __DIR__ . '/router.php',
	], [
		'PATH' => getenv( 'PATH' ), 'TMPDIR' => $folder, 'PHP_CLI_SERVER_WORKERS' => '4',
		'MW_CONFIG_FILE' => __DIR__ . '/LocalSettings.php', 'MWLOGIN_WIKI_FOLDER' => $folder,
	] );
	exit( 127 );
};

$free = static function () {
	$socket = stream_socket_server( 'tcp://127.0.0.1:0' );
	$port = (int)substr( strrchr( stream_socket_get_name( $socket, false ), ':' ), 1 );
	fclose( $socket );
	return $port;
};

// Another process may take the port between our look and the server's bind: then another is tried.
$up = static function () use ( $serve, $free, $folder, &$over ) {
	for ( $try = 0; $try < 20 && !$over; $try++ ) {
		$port = $free();
		file_put_contents( "$folder/port", $port );
		$pid = $serve( $port );
		for ( $wait = 0; $wait < 1000 && !$over; $wait++ ) {
			if ( pcntl_waitpid( $pid, $status, WNOHANG ) !== 0 ) {
				break;
			}
			$context = stream_context_create( [ 'http' => [ 'timeout' => 5 ] ] );
			if ( @file_get_contents( "http://127.0.0.1:$port/.ready", false, $context ) === $folder ) {
				return $pid;
			}
			usleep( 5000 );
		}
		posix_kill( -$pid, SIGKILL );
	}
	return null;
};

// Workers first, so that their parent, which ends on an interrupt, still reaps them: where process 1
// does not, they would stay behind as zombies.
$end = static function ( int $server ) {
	$workers = (string)@file_get_contents( "/proc/$server/task/$server/children" );
	foreach ( preg_split( '/ /', $workers, -1, PREG_SPLIT_NO_EMPTY ) as $worker ) {
		posix_kill( (int)$worker, SIGKILL );
	}
	posix_kill( $server, SIGINT );
	for ( $wait = 0; $wait < 200; $wait++ ) {
		if ( pcntl_waitpid( $server, $status, WNOHANG ) !== 0 ) {
			break;
		}
		usleep( 5000 );
	}
	posix_kill( -$server, SIGKILL );
	pcntl_waitpid( $server, $status );
};

$server = $up();
if ( $server !== null ) {
	file_put_contents( "$folder/ready.new", json_encode( [ 'keeper' => getmypid(), 'group' => $server ] ) );
	rename( "$folder/ready.new", "$folder/ready" );
	stream_set_blocking( STDIN, false );
	while ( !$over && posix_getppid() === $parent ) {
		$read = [ STDIN ];
		$write = $except = null;
		if ( @stream_select( $read, $write, $except, 0, 500000 ) ) {
			break;
		}
		if ( pcntl_waitpid( $server, $status, WNOHANG ) !== 0 ) {
			break;
		}
	}
	$end( $server );
}
$remove( $folder );
