<?php

namespace MwloginTest\Step;

use MwloginTest\Request;

class SecondClerkRequest extends Request {
	/** @inheritDoc */
	public function getFieldInfo() {
		return [
			'word' => self::field( 'string', 'Second word', 'The second clerk wants "two".' ),
			'remark' => self::field( 'string', 'Remark', 'May stay empty.', [ 'optional' => true ] ),
		];
	}
}
