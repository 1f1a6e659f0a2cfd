<?php

namespace MwloginTest\Partner;

use MwloginTest\Request;

class PartnerAuthenticationRequest extends Request {
	/** @inheritDoc */
	public function getFieldInfo() {
		return [
			'partnerName' => self::field( 'string', 'Partner name', 'Your name at the partner site.' ),
			'partnerSecret' => self::field( 'password', 'Partner secret', 'Your secret there.', [ 'sensitive' => true ] ),
		];
	}
}
