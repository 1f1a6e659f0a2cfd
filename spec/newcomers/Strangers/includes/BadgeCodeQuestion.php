<?php

namespace Strangers;

class BadgeCodeQuestion extends Question {
}
