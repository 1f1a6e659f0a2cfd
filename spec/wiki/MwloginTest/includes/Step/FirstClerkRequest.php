<?php

namespace MwloginTest\Step;

use MwloginTest\Request;

class FirstClerkRequest extends Request {
	/** @inheritDoc */
	public function getFieldInfo() {
		return [
			'word' => self::field( 'string', 'First word', 'The first clerk wants "one".' ),
		];
	}
}
