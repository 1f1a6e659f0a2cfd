<?php
// php sql.php DATABASE-FILE STATEMENT-FILE: runs one statement, prints its rows as JSON.
[ , $database, $file ] = $argv;
$pdo = new PDO( "sqlite:$database", null, null, [ PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_TIMEOUT => 30 ] );
$statement = $pdo->query( file_get_contents( $file ) );
$rows = $statement->columnCount() > 0 ? $statement->fetchAll( PDO::FETCH_ASSOC ) : [];
echo json_encode( [ 'rows' => $rows, 'count' => $statement->rowCount() ], JSON_INVALID_UTF8_SUBSTITUTE );
