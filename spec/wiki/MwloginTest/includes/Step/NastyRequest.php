<?php

namespace MwloginTest\Step;

use MwloginTest\Request;

class NastyRequest extends Request {
	/** @inheritDoc */
	public function getFieldInfo() {
		return [
			'nasty' => self::field(
				'string',
				"Colour\u{202E}drowssap\u{202C} \x1b[31mred\x1b[0m\x07<script>alert( 1 )</script>",
				"A help text\r\nof two lines\u{2066}\u{200B} & <img src=x onerror=alert(2)> entities &amp;lt;"
			),
			'tricky' => self::field( 'select', 'Tricky', 'Choices with markup.', [
				'options' => self::options( [ '"><b>x' => "<i>Slanted</i>\x1b]0;title\x07", 'plain' => 'Plain' ] ),
			] ),
		];
	}
}
