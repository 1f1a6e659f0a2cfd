<?php

namespace Strangers;

class RotaQuestion extends Question {
}
