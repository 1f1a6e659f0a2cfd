<?php

namespace MwloginTest\Step;

use MwloginTest\Request;

class AllFieldsRequest extends Request {
	/** @inheritDoc */
	public function getFieldInfo() {
		return [
			'greeting' => self::field( 'null', 'Greeting', 'Only to be read.', [ 'value' => 'Read this first.' ] ),
			'note' => self::field( 'string', 'Note', 'Any words.', [ 'value' => 'preset' ] ),
			'nickname' => self::field( 'string', 'Nickname', 'May stay empty.', [ 'optional' => true ] ),
			'passphrase' => self::field( 'password', 'Passphrase', 'At least one character.', [ 'sensitive' => true ] ),
			'colour' => self::field( 'select', 'Colour', 'One of them.', [
				'options' => self::options( [ 'red' => 'Red', 'green' => 'Green', 'blue' => 'Blue' ] ), 'value' => 'green',
			] ),
			'toppings' => self::field( 'multiselect', 'Toppings', 'Any number of them.', [
				'options' => self::options( [ 'salt' => 'Salt', 'oil|vinegar' => 'Oil and vinegar', '3' => 'Number three' ] ),
				'optional' => true,
			] ),
			'agree' => self::field( 'checkbox', 'I agree', 'Need not be ticked.', [ 'optional' => true ] ),
			'seal' => self::field( 'hidden', 'Seal', 'To be sent back.', [ 'value' => 'opaque-123+\\' ] ),
			'express' => self::field( 'button', 'Express', 'May be pressed.', [ 'optional' => true ] ),
		];
	}

	/** @inheritDoc */
	public function getMetadata() {
		return [ 'hint' => 'all-fields', 'nested' => [ 'number' => 1, 'list' => [ 'a', 'b' ] ] ];
	}
}
