<?php

namespace MwloginTest\Step;

use MwloginTest\Request;

class EmailAuthAuthenticationRequest extends Request {
	/** @inheritDoc */
	public function getFieldInfo() {
		return [
			'token' => self::field( 'string', 'Code', 'The six digits from the mail.' ),
		];
	}
}
