<?php

namespace Strangers;

class PatienceQuestion extends Question {
}
