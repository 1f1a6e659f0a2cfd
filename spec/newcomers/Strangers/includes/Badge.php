<?php

namespace Strangers;

use MailAddress;
use MediaWiki\Auth\AuthenticationResponse;
use UserMailer;

/** Asks by which way a code shall come, sends it, and asks for it together with a ticket. */
class Badge extends Step {
	/** @inheritDoc */
	public function beginSecondaryAuthentication( $user, array $reqs ) {
		return $this->ask( $this->way(), 'How shall your code come?' );
	}

	/** @inheritDoc */
	public function continueSecondaryAuthentication( $user, array $reqs ) {
		$way = BadgeWayQuestion::getRequestByClass( $reqs, BadgeWayQuestion::class );
		if ( $way && $way->badgeWay === 'mail' ) {
			return $this->send( $user );
		} elseif ( $way ) {
			return $this->ask( $this->way(), 'Your pager is out of order.', true );
		}
		$code = BadgeCodeQuestion::getRequestByClass( $reqs, BadgeCodeQuestion::class );
		$sent = $this->recall( 'sent' );
		if ( $code && $sent && $code->badgeCode === $sent['code'] && $code->badgeTicket === $sent['ticket'] ) {
			return AuthenticationResponse::newPass();
		}
		return $sent ? $this->ask( $this->code( $sent ), 'That is not the code.', true ) : $this->ask( $this->way(), 'First the way.', true );
	}

	private function way() {
		return new BadgeWayQuestion( [ 'badgeWay' => [ 'select', 'Way', [ 'pager' => 'By pager', 'mail' => 'By mail' ] ] ] );
	}

	private function code( array $sent ) {
		return new BadgeCodeQuestion( [
			'badgeCode' => [ 'string', 'Code' ],
			'badgeTicket' => [ 'hidden', 'Ticket', $sent['ticket'] ],
		] );
	}

	private function send( $user ) {
		$sent = [ 'code' => sprintf( 'B-%05d', random_int( 0, 99999 ) ), 'ticket' => bin2hex( random_bytes( 6 ) ) ];
		$this->remember( 'sent', $sent );
		UserMailer::send(
			new MailAddress( strtolower( $user->getName() ) . '@example.org' ), new MailAddress( 'wiki@example.org' ),
			'Your badge code', "Hello,\n\nyour code is {$sent['code']} today.\n"
		);
		return $this->ask( $this->code( $sent ), 'A code is on its way.' );
	}
}
