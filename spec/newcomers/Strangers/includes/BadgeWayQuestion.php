<?php

namespace Strangers;

class BadgeWayQuestion extends Question {
}
