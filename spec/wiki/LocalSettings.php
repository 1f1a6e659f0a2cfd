<?php
// Settings shared by every test wiki. What differs between wikis is read from the wiki's own
// folder, so that this one file (and its compiled form) serves them all.
if ( !defined( 'MEDIAWIKI' ) ) {
	exit;
}

$mwloginFolder = getenv( 'MWLOGIN_WIKI_FOLDER' );
$mwloginWiki = json_decode( file_get_contents( "$mwloginFolder/wiki.json" ), true );
$mwloginPort = is_file( "$mwloginFolder/port" ) ? trim( file_get_contents( "$mwloginFolder/port" ) ) : '80';

$wgSitename = 'mwlogin test wiki';
$wgServer = 'http://' . $mwloginWiki['host'] . ':' . $mwloginPort;
$wgCanonicalServer = $wgServer;
$wgScriptPath = '';
$wgUsePathInfo = false;
$wgArticlePath = '/index.php?title=$1';
$wgResourceBasePath = '';
$wgSecretKey = hash( 'sha256', 'mwlogin ' . $mwloginFolder );
$wgUpgradeKey = '0123456789abcdef';
$wgLanguageCode = 'en';
$wgEmergencyContact = $wgPasswordSender = 'wiki@example.org';
$wgCookiePrefix = 'wiki';

$wgDBtype = 'sqlite';
$wgDBname = 'wiki';
$wgSQLiteDataDir = "$mwloginFolder/data";
// Nothing here outlives its wiki: there is no crash to survive, only disk time to save.
$mwloginSqlite = static fn ( string $name ) => [
	'type' => 'sqlite', 'dbname' => $name, 'tablePrefix' => '', 'dbDirectory' => $wgSQLiteDataDir,
	'variables' => [ 'synchronous' => 'OFF' ], 'flags' => 0,
];
$wgDBservers = [ $mwloginSqlite( 'wiki' ) + [ 'host' => '', 'user' => '', 'password' => '', 'load' => 1 ] ];
$wgObjectCaches[CACHE_DB] = [
	'class' => SqlBagOStuff::class, 'loggroup' => 'SQLBagOStuff',
	'server' => $mwloginSqlite( 'wikicache' ) + [ 'trxMode' => 'IMMEDIATE' ],
];
// Without a cache that all workers share, MediaWiki does not throttle at all.
$wgMainCacheType = CACHE_DB;
$wgSessionCacheType = CACHE_DB;
$wgMessageCacheType = CACHE_NONE;
$wgParserCacheType = CACHE_NONE;
$wgJobRunRate = 0;

$wgCacheDirectory = $mwloginWiki['base'] . '/cache';
$wgLocalisationCacheConf = [
	'class' => LocalisationCache::class, 'store' => 'array', 'storeClass' => false,
	'storeDirectory' => false, 'storeServer' => [], 'forceRecache' => false, 'manualRecache' => true,
];

$wgEnableEmail = true;
$wgEnableUserEmail = true;
$wgEmailAuthentication = false;
$wgEnotifUserTalk = $wgEnotifWatchlist = false;
// No mail ever leaves: what would be sent is left where wiki:mail() reads it.
$wgHooks['AlternateUserMailer'][] = static function ( $headers, $to, $from, $subject, $body ) use ( $mwloginFolder ) {
	$mail = [
		'to' => array_map( static fn ( $address ) => $address->address, $to ),
		'subject' => (string)$subject, 'body' => is_array( $body ) ? $body['text'] : (string)$body,
	];
	file_put_contents( "$mwloginFolder/mail.jsonl", json_encode( $mail ) . "\n", FILE_APPEND | LOCK_EX );
	return false;
};

$wgEnableUploads = true;
$wgUploadDirectory = "$mwloginFolder/images";
$wgUploadPath = $mwloginWiki['private'] ? '/img_auth.php' : '/images';
$wgFileExtensions = [ 'png', 'gif', 'jpg', 'txt', 'bin', 'pdf' ];
$wgStrictFileExtensions = false;
$wgCheckFileExtensions = false;
$wgVerifyMimeType = false;
$wgUseInstantCommons = false;
$wgUseImageMagick = false;

// Real hashing, few rounds: specs log in hundreds of times.
$wgPasswordConfig['pbkdf2']['cost'] = '1000';

wfLoadSkin( 'Vector' );
$wgDefaultSkin = 'vector';

if ( $mwloginWiki['private'] ) {
	$wgGroupPermissions['*']['read'] = false;
	$wgGroupPermissions['*']['edit'] = false;
	$wgGroupPermissions['*']['createaccount'] = false;
}

foreach ( $mwloginWiki['extensions'] as $mwloginExtension ) {
	if ( $mwloginExtension === 'MwloginTest' ) {
		wfLoadExtension( 'MwloginTest', __DIR__ . '/MwloginTest/extension.json' );
	} elseif ( str_starts_with( $mwloginExtension, 'ConfirmEdit/' ) ) {
		wfLoadExtension( 'ConfirmEdit' );
		wfLoadExtension( $mwloginExtension );
	} else {
		wfLoadExtension( $mwloginExtension );
	}
}

// Values the captchas take when they are loaded; which actions ask one is the spec's to say.
$wgCaptchaQuestions = [
	'What is the capital of France?' => [ 'Paris', 'paris' ],
];
$wgCaptchaDirectory = $mwloginWiki['base'] . '/captchas';
$wgCaptchaSecret = 'mwlogin-captcha';

// Evaluated, not included: the compiled-code cache must never serve yesterday's settings.
foreach ( [ 'settings.php', 'live.php' ] as $mwloginFile ) {
	if ( is_file( "$mwloginFolder/$mwloginFile" ) ) {
		eval( file_get_contents( "$mwloginFolder/$mwloginFile" ) );
	}
}
