<?php

namespace MwloginTest\Step;

use MwloginTest\Request;

class ProceedRequest extends Request {
	/** @inheritDoc */
	public function getFieldInfo() {
		return [
			'proceed' => self::field( 'button', 'Proceed', 'To go on.' ),
		];
	}
}
