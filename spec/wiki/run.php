<?php
// Maintenance script: evaluates the PHP of a file inside MediaWiki and prints what it returns as JSON.
require_once getenv( 'MWLOGIN_MEDIAWIKI' ) . '/maintenance/Maintenance.php';

class MwloginRun extends Maintenance {
	public function __construct() {
		parent::__construct();
		$this->addArg( 'file', 'PHP to evaluate' );
	}

	public function execute() {
		$code = file_get_contents( $this->getArg( 0 ) );
		$result = ( static fn () => eval( $code ) )();
		MediaWiki\MediaWikiServices::getInstance()->getDBLoadBalancerFactory()->commitPrimaryChanges( __METHOD__ );
		echo json_encode( [ 'value' => $result ], JSON_INVALID_UTF8_SUBSTITUTE );
	}
}

$maintClass = MwloginRun::class;
require_once RUN_MAINTENANCE_IF_MAIN;
