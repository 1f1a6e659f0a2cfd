<?php

namespace MwloginTest\Partner;

use MwloginTest\Request;

class ConfirmRequest extends Request {
	/** @inheritDoc */
	public function getFieldInfo() {
		return [
			'confirmPartner' => self::field( 'button', 'Link', 'To link the two accounts.' ),
		];
	}
}
