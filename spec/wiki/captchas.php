<?php
// php captchas.php FOLDER SECRET: draws pictures of words for FancyCaptcha, named as it wants them,
// and words.json beside the folder, which tells a spec what a person would read.
[ , $folder, $secret ] = $argv;

$words = [];
foreach ( [ 'harbour', 'lantern', 'meadow', 'pepper', 'silver', 'walnut', 'thunder', 'orchard' ] as $word ) {
	$small = imagecreatetruecolor( 9 * strlen( $word ) + 12, 24 );
	imagefill( $small, 0, 0, imagecolorallocate( $small, 250, 248, 240 ) );
	$ink = imagecolorallocate( $small, 30, 40, 90 );
	imagestring( $small, 5, 6, 4, $word, $ink );
	$image = imagescale( $small, 3 * imagesx( $small ), 3 * imagesy( $small ) );
	for ( $line = 0; $line < 5; $line++ ) {
		$shade = imagecolorallocate( $image, random_int( 120, 200 ), random_int( 120, 200 ), random_int( 120, 200 ) );
		imageline( $image, 0, random_int( 0, 72 ), imagesx( $image ), random_int( 0, 72 ), $shade );
	}
	$salt = bin2hex( random_bytes( 8 ) );
	$hash = substr( md5( $secret . $salt . $word . $secret . $salt ), 0, 16 );
	$file = "$folder/image_{$salt}_$hash.png";
	imagepng( $image, $file );
	$words[ md5_file( $file ) ] = $word;
}
file_put_contents( dirname( $folder ) . '/words.json', json_encode( $words ) );
